// Asks for a token where there is none, or where less than a minute of it is left.
const ends = Number(pm.environment.get("OAuth2AccessTokenEnds") || 0);
if (ends < Date.now() + 60000) {
  const credentials = `${pm.environment.get("OneRosterConsumerKey")}:${pm.environment.get("OneRosterConsumerSecret")}`;
  pm.sendRequest(
    {
      url: pm.environment.get("Oauth2TokenAddress"),
      method: "POST",
      header: { Authorization: `Basic ${btoa(credentials)}` },
      body: {
        mode: "urlencoded",
        urlencoded: [
          { key: "grant_type", value: "client_credentials" },
          { key: "scope", value: pm.environment.get("Scopes") || "" },
        ],
      },
    },
    (error, answer) => {
      if (error) throw error;
      const granted = answer.json();
      if (answer.code !== 200) throw new Error(`No token: ${granted.error_description}`);
      pm.environment.set("OAuth2AccessToken", granted.access_token);
      pm.environment.set("OAuth2AccessTokenEnds", String(Date.now() + granted.expires_in * 1000));
      pm.environment.set("OAuth2GrantedScopes", granted.scope);
    },
  );
}
