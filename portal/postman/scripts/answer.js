// Tells what went wrong in the server's words, and keeps ids for the requests that follow.
const TIES = { classes: ["school"], lineItems: ["class", "school"] };
const text = pm.response.text();
const body = /json/.test(pm.response.headers.get("Content-Type") || "") ? pm.response.json() : {};

pm.test("is answered with success", () => {
  pm.expect(pm.response.code, text.slice(0, 500)).to.be.within(200, 299);
});

if (pm.response.code === 401) pm.environment.unset("OAuth2AccessTokenEnds");

const plural = pm.request.url.path[pm.request.url.path.length - 1];
const records = Object.values(body)[0];
if (pm.request.method === "GET" && plural in SINGULARS) {
  pm.test("is a list", () => pm.expect(records).to.be.an("array"));
  const first = Array.isArray(records) && records.find((each) => each.status !== "tobedeleted");
  if (first) {
    pm.environment.set(`${SINGULARS[plural]}SourcedId`, first.sourcedId);
    for (const name of TIES[plural] || []) {
      if (first[name]) pm.environment.set(`${name}SourcedId`, first[name].sourcedId);
    }
  }
}
if (body.sourcedIdPairs) {
  pm.environment.set("allocatedSourcedId", body.sourcedIdPairs[0].allocatedSourcedId);
}
