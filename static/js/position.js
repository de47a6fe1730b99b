// Fills in where the device is. Without a device that knows, the fields are typed as ever.
const button = document.querySelector("[data-position]");

function fill(name, value) {
  const input = document.querySelector(`input[name="${name}"]`);
  if (input) input.value = value;
}

if (button && navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fill("longitude", coords.longitude.toFixed(6));
        fill("latitude", coords.latitude.toFixed(6));
        fill("accuracy", String(Math.round(coords.accuracy)));
        button.disabled = false;
      },
      () => {
        button.disabled = false;
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}
