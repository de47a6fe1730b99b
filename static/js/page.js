/* Small conveniences of ordinary pages: buttons that print. */
document.documentElement.classList.add("has-grid");
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
