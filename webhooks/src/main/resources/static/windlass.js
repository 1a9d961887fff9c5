// Three things that HTML alone cannot do: take in a newer state of a page without losing focus, scroll or an open detail,
// hear that there is one, and follow a log. Everything works without this file; pages are then as new as their last load.
(function () {
  "use strict";

  // --- a newer state of the page -----------------------------------------------------------------------------------

  function key(node) {
    return node.nodeType === Node.ELEMENT_NODE ? node.id || "" : "";
  }

  function alike(old, fresh) {
    return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && key(old) === key(fresh);
  }

  function takeAttributes(old, fresh) {
    for (const name of old.getAttributeNames()) {
      // What a person opened stays open.
      if (!fresh.hasAttribute(name) && !(old.nodeName === "DETAILS" && name === "open")) {
        old.removeAttribute(name);
      }
    }
    for (const name of fresh.getAttributeNames()) {
      if (old.getAttribute(name) !== fresh.getAttribute(name)) {
        old.setAttribute(name, fresh.getAttribute(name));
      }
    }
  }

  // Changes what differs and nothing else. A list that grows at its head is matched from its end.
  function takeChildren(old, fresh) {
    const before = Array.from(old.childNodes);
    const after = Array.from(fresh.childNodes);
    const fromEnd = old.nodeName === "TBODY" || old.nodeName === "OL";
    const shift = fromEnd ? Math.max(0, after.length - before.length) : 0;
    const byId = new Map(before.filter((node) => key(node)).map((node) => [key(node), node]));
    let place = old.firstChild;
    after.forEach((node, index) => {
      const candidate = key(node) ? byId.get(key(node)) : before[index - shift];
      if (candidate && candidate.parentNode === old && alike(candidate, node)) {
        if (candidate === place) {
          place = place.nextSibling;
        } else {
          old.insertBefore(candidate, place);
        }
        take(candidate, node);
      } else {
        old.insertBefore(node, place);
      }
    });
    while (place) {
      const next = place.nextSibling;
      old.removeChild(place);
      place = next;
    }
  }

  function take(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.nodeValue !== fresh.nodeValue) {
        old.nodeValue = fresh.nodeValue;
      }
      return;
    }
    takeAttributes(old, fresh);
    // What a person is typing is theirs.
    if (old.nodeName !== "TEXTAREA") {
      takeChildren(old, fresh);
    }
  }

  if (window.htmx) {
    window.htmx.defineExtension("calm", {
      isInlineSwap: (style) => style === "calm",
      handleSwap: (style, target, fragment) => {
        const fresh = fragment.querySelector("#live");
        if (style !== "calm" || !fresh) {
          return false;
        }
        takeChildren(target, fresh);
        const polling = ["data-events", "hx-get", "hx-trigger", "hx-ext", "hx-select", "hx-swap"];
        if (polling.every((name) => target.getAttribute(name) === fresh.getAttribute(name))) {
          return [];
        }
        // The page looks again at another pace, or no more: htmx has to hear of it.
        polling.forEach((name) => {
          if (fresh.hasAttribute(name)) {
            target.setAttribute(name, fresh.getAttribute(name));
          } else {
            target.removeAttribute(name);
          }
        });
        return [target];
      },
    });
  }

  const stale = document.getElementById("stale");

  function say(text) {
    if (stale && stale.textContent !== text) {
      stale.textContent = text;
    }
  }

  function sayStale() {
    say("The server does not answer. What you see may be out of date; this page tries again.");
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) {
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:sendError", sayStale);
  document.addEventListener("htmx:timeout", sayStale);
  document.addEventListener("htmx:responseError", sayStale);
  document.addEventListener("htmx:beforeSwap", (event) => {
    // Not our page: the session has ended, and this is the login.
    if (event.detail.xhr.status === 200 && !event.detail.serverResponse.includes('id="live"')) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
  document.addEventListener("htmx:afterSwap", () => say(""));

  // --- events of what the page shows -------------------------------------------------------------------------------

  const AT_MOST_EVERY = 200;
  const live = document.getElementById("live");
  let events = null;
  let due = false;

  // The page looks again by itself; here it hears that it may do so sooner. Many changes make one look.
  function lookAgain() {
    if (!due) {
      due = true;
      window.setTimeout(() => {
        due = false;
        window.htmx.trigger(live, "renew");
      }, AT_MOST_EVERY);
    }
  }

  // A page in the background listens to nothing, as browsers open few connections to one server.
  function listen() {
    const address = document.hidden ? null : live.getAttribute("data-events");
    if (events && (!address || events.readyState === EventSource.CLOSED)) {
      events.close();
      events = null;
    }
    if (address && !events) {
      events = new EventSource(address);
      ["reset", "run", "environment", "fleet", "delivery"].forEach((kind) => events.addEventListener(kind, lookAgain));
    }
  }

  if (window.htmx && live) {
    listen();
    document.addEventListener("visibilitychange", listen);
    document.addEventListener("htmx:afterSwap", listen);
  }

  // --- a log that grows --------------------------------------------------------------------------------------------

  const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
  const MOST_SHOWN = 2000000;

  // The same rules as Ansi.java, for text that comes in pieces. Carriage returns do not come: they end a line of the stream.
  function Terminal(pre) {
    this.pre = pre;
    this.rest = "";
    this.colour = "";
    this.bold = false;
    this.shown = pre.textContent.length;
    this.cut = false;
  }

  Terminal.prototype.look = function (parameters) {
    const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : /^\d{1,3}$/.test(code) ? Number(code) : -1));
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i];
      if (code === 38 || code === 48) {
        i += codes[i + 1] === 5 ? 2 : 4;
      } else if (code === 0) {
        this.colour = "";
        this.bold = false;
      } else if (code === 1) {
        this.bold = true;
      } else if (code === 22) {
        this.bold = false;
      } else if (code === 39) {
        this.colour = "";
      } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
        this.colour = "ansi-" + COLOURS[code % 10];
      }
    }
  };

  Terminal.prototype.put = function (text) {
    if (text === "") {
      return;
    }
    const span = document.createElement("span");
    span.className = (this.colour + (this.bold ? " ansi-bold" : "")).trim();
    span.textContent = text;
    this.pre.appendChild(span);
    this.shown += text.length;
  };

  // Bytes that mean something to a terminal, and what stands between them.
  const PART =
    /\x1b\[([0-?]*)[ -/]*([@-~])|\x9b([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x9c|\x1b\\?|\n)|\x1b[ -/]*[0-Z\\`-~]|[^\x1b\x9b]+|[\x1b\x9b]/g;
  const UNFINISHED = /(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x9c\n]*|[ -/]*)?|\x9b[0-?]*[ -/]*)$/;

  Terminal.prototype.write = function (chunk) {
    let text = this.rest + chunk;
    const unfinished = text.match(UNFINISHED);
    this.rest = unfinished && unfinished[0].length < 4096 ? unfinished[0] : "";
    text = text.slice(0, text.length - this.rest.length);
    for (const part of text.matchAll(PART)) {
      const final = part[2] || part[4];
      if (final) {
        if (final === "m") {
          this.look(part[1] || part[3] || "");
        }
      } else if (part[0][0] !== "\x1b" && part[0][0] !== "\x9b") {
        this.put(part[0].replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "").replace(/[\u202a-\u202e\u2066-\u2069]/g, "\ufffd"));
      }
    }
    while (this.shown > MOST_SHOWN && this.pre.childNodes.length > 1) {
      this.shown -= this.pre.firstChild.textContent.length;
      this.pre.firstChild.remove();
      this.cut = true;
    }
  };

  function follow(pre) {
    const terminal = new Terminal(pre);
    const state = document.getElementById("log-state");
    const empty = document.getElementById("log-empty");
    const source = new EventSource(pre.dataset.follow);
    state.textContent = "Following the log as it is written.";
    pre.scrollTop = pre.scrollHeight;
    source.onmessage = (event) => {
      const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40;
      terminal.write(event.data);
      if (empty) {
        empty.hidden = true;
      }
      if (atEnd) {
        pre.scrollTop = pre.scrollHeight;
      }
    };
    source.onopen = () => {
      state.textContent = "Following the log as it is written.";
    };
    source.onerror = () => {
      state.textContent =
        source.readyState === EventSource.CLOSED
          ? "The log cannot be followed any more; load the page again."
          : "The connection was lost; trying again.";
    };
    source.addEventListener("end", () => {
      source.close();
      state.textContent = terminal.cut
        ? "The log has ended. Its first part is not shown here any more; load the page again to go back to it."
        : "The log has ended.";
    });
  }

  const log = document.getElementById("log");
  if (log && log.dataset.follow) {
    follow(log);
  } else if (log && !new URLSearchParams(window.location.search).has("from")) {
    log.scrollTop = log.scrollHeight;
  } else if (!log && document.querySelector("[data-awaits-log]")) {
    // The step begins with a later state of this page: load the log with it.
    document.addEventListener("htmx:afterSwap", () => {
      if (!document.querySelector("[data-awaits-log]")) {
        window.location.reload();
      }
    });
  }
})();
