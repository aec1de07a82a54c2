// A click on a bar opens its stage; two buttons open and close all of them.
const stages = document.querySelectorAll(".stage, .stage details");
const follow = () => {
  const stage = document.getElementById(location.hash.slice(1));
  if (stage) stage.open = true;
};
addEventListener("hashchange", follow);
follow();
const buttons = document.createElement("span");
buttons.className = "buttons";
for (const [label, open] of [["open all", true], ["close all", false]]) {
  const button = document.createElement("button");
  button.textContent = label;
  button.onclick = () => stages.forEach((stage) => (stage.open = open));
  buttons.append(button, " ");
}
document.querySelector(".stages h2").append(buttons);
