// The messages of the demo arrive by themselves: nobody has to reload the page while a code is on its way.
"use strict";
setInterval(() => {
  if (document.visibilityState === "visible" && !String(window.getSelection())) location.reload();
}, 15000);
