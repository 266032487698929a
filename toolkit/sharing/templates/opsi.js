const words = JSON.parse(document.getElementById("words").textContent);
const said = document.getElementById("said");
const number = new Intl.NumberFormat(document.documentElement.lang);
const plural = new Intl.PluralRules(document.documentElement.lang);

async function copy(area) {
  try {
    await navigator.clipboard.writeText(area.value);
  } catch {
    // A page opened from a file may not be allowed the clipboard.
    area.select();
    document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll(".copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const area = document.getElementById(button.dataset.field);
    await copy(area);
    button.focus();
    const label = document.getElementById(`${area.id}-label`).textContent;
    said.textContent = words.copied.replace("{label}", () => label);
  });
}

for (const place of document.querySelectorAll(".count")) {
  const area = document.getElementById(place.dataset.field);
  const most = Number(place.dataset.most || 0);
  area.addEventListener("input", () => {
    const n = [...area.value].length;
    const template = (most ? words.of : words.count)[plural.select(n) === "one" ? 0 : 1];
    place.textContent = template
      .replace("{n}", number.format(n)).replace("{most}", number.format(most));
    place.classList.toggle("over", most > 0 && n > most);
  });
}
