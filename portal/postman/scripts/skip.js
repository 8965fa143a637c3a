// Leaves out what no granted scope opens, and a request whose ids no list has given yet.
const granted = (pm.environment.get("OAuth2GrantedScopes") || "").split(" ");
const needed = NEEDED[pm.info.requestName.split(" ")[0]];
const missing = pm.request.url.variables
  .map((each) => /^{{(\w+)}}$/.exec(each.value))
  .filter((found) => found && !pm.environment.get(found[1]))
  .map((found) => found[1]);
if (!needed.some((scope) => granted.includes(scope))) {
  console.log(`${pm.info.requestName} is left out: it needs ${needed.join(" or ")}.`);
  pm.execution.skipRequest();
} else if (missing.length) {
  console.log(`${pm.info.requestName} is left out: no list has given ${missing.join(", ")}.`);
  pm.execution.skipRequest();
}
