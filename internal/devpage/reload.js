// Reloads the page when what runs is no longer what made it. A hidden tab lets
// go of its connection: a browser has six of them for one server.
(() => {
  const id = new URL(document.currentScript.src).searchParams.get("id");
  let events;
  const listen = () => {
    if (events || document.hidden) return;
    events = new EventSource("/__whim/events");
    events.onmessage = (m) => {
      if (m.data === id) return;
      events.close();
      location.reload();
    };
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && events) {
      events.close();
      events = undefined;
    }
    listen();
  });
  addEventListener("pagehide", () => events && events.close());
  listen();
})();
