"use strict";

const SCHEME = "access_token";
const issuer = document.body.dataset.issuer;
const form = document.getElementById("sign-in");
const says = form.querySelector("output");

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  requestSnippetsEnabled: true,
  onComplete: offerToSignIn,
});

/** Show the form where the document has calls that need a token, and somebody gives them out. */
function offerToSignIn() {
  const schemes = ui.specSelectors.securityDefinitions();
  form.hidden = !(issuer && schemes && schemes.has(SCHEME));
}

/** Use the account's access token in calls tried from this page; it is kept in memory only. */
async function signIn(event) {
  event.preventDefault();
  says.textContent = "…";
  const { email, password } = Object.fromEntries(new FormData(form));
  try {
    const answer = await fetch(`${issuer}/v1/sessions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.detail);
    ui.preauthorizeApiKey(SCHEME, body.access_token);
    says.textContent = `Signed in as ${email} for ${Math.floor(body.expires_in / 60)} minutes.`;
    form.password.value = "";
  } catch (error) {
    says.textContent = error.message;
  }
}

form.addEventListener("submit", signIn);
