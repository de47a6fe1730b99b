/* Storing the explanation of a soft finding. */

/** Send an explanation; returns a sentence where it was refused, blank where it was stored. */
export async function sendExplanation({ queue, findings, texts, url, key, text, whenStored }) {
  await queue.flush();
  const id = findings.idOf(key);
  if (!id) return queue.waiting ? texts.explain_offline : texts.finding_gone;
  try {
    const response = await fetch(url.replace("/0/", `/${id}/`), {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        Accept: "application/json",
        "X-CSRFToken": queue.csrfToken,
      },
      body: new URLSearchParams({ text }),
    });
    const body = await response.json();
    if (!response.ok) return body.message || texts.explain_offline;
    findings.take(key, body.explanation);
    whenStored(body);
    return "";
  } catch (error) {
    return texts.explain_offline;
  }
}
