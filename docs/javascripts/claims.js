// Small helps; every page can be read without them.
(function () {
  "use strict";

  // The theme gives its search dialogue a role but no name.
  document.querySelectorAll('.md-search[role="dialog"]:not([aria-label])').forEach(function (dialog) {
    dialog.setAttribute("aria-label", "Search");
  });

  // The theme adds a landmark to each block of code, all without a name, once it comes into view.
  function nameCopyButtons() {
    document.querySelectorAll(".md-code__nav:not([aria-label])").forEach(function (nav) {
      nav.setAttribute("aria-label", "Copy " + (document.querySelectorAll(".md-code__nav[aria-label]").length + 1));
    });
  }
  nameCopyButtons();
  new MutationObserver(nameCopyButtons).observe(document.body, { childList: true, subtree: true });

  // What is offered for pasting names this page.
  document.querySelectorAll(".paste code").forEach(function (code) {
    var here = location.href.split(/[?#]/)[0];
    code.textContent = code.textContent
      .replace("(ADDRESS.svg)", "(" + here.replace(/\/+$/, "") + ".svg)")
      .replace("(ADDRESS)", "(" + here + ")");
  });
  document.querySelectorAll(".by-hand").forEach(function (hint) {
    hint.hidden = true;
  });

  // An address as it can be compared: a question by its number, anything else by its path.
  function comparable(address) {
    var bare = address.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/^www\./, "");
    bare = bare.split(/[?#]/)[0].replace(/\/+$/, "");
    var numbered = bare.match(/^([^/]+)\/(?:q|questions)\/(\d+)/);
    return numbered ? numbered[1] + "/" + numbered[2] : bare;
  }

  document.querySelectorAll("form.find").forEach(function (form) {
    var input = form.querySelector("input");
    var status = form.querySelector('[role="status"]');
    var known = {};
    document.querySelectorAll("[data-address]").forEach(function (mark) {
      known[comparable(mark.dataset.address)] = mark.parentNode.querySelector("a");
    });

    function look() {
      var wanted = comparable(input.value);
      var found = Object.prototype.hasOwnProperty.call(known, wanted) ? known[wanted] : null;
      status.textContent = "";
      if (found) {
        var link = document.createElement("a");
        link.href = found.href;
        link.textContent = found.textContent;
        status.append("Its claims were tried: ", link);
      } else if (wanted) {
        status.textContent = "No page with this address has been read yet.";
      }
      return found;
    }

    form.hidden = false;
    input.addEventListener("input", look);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var found = look();
      if (found) location.href = found.href;
    });
  });
})();
