const button = document.querySelector("button");
const status = document.querySelector("[role=status]");

button.addEventListener("click", async () => {
  button.disabled = true;
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  try {
    const answer = await fetch(button.dataset.call, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) {
      status.textContent = button.dataset.done;
      return;
    }
    status.textContent = answer.status < 500 ? "This link is not good any more." : "Try again in a minute.";
  } catch {
    status.textContent = "The blog cannot be reached; try again in a minute.";
  }
  button.disabled = false;
});
