// Votes on their way: kept in the browser until the server has answered each of them.
function makeOutbox(rater, send, whenAnswered, whenChanged) {
  const prefix = `vote:${rater}:`;
  const votes = new Map(); // ticket → vote, the oldest first
  const tried = new Set();
  let sending = null;
  let trouble = "";

  function recall() {
    try {
      const kept = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
      for (const name of kept) votes.set(name.slice(prefix.length), JSON.parse(localStorage.getItem(name)));
    } catch { /* No storage: votes wait in memory alone. */ }
  }

  function keep(ticket, vote) {
    votes.set(ticket, vote);
    try {
      localStorage.setItem(prefix + ticket, JSON.stringify(vote));
    } catch { /* Full or forbidden. */ }
  }

  function forget(ticket) {
    votes.delete(ticket);
    try {
      localStorage.removeItem(prefix + ticket);
    } catch { /* Nothing to remove then. */ }
  }

  async function sendAll() {
    trouble = "";
    try {
      for (const [ticket, vote] of votes) { // those that come meanwhile are sent as well
        tried.add(ticket);
        const answer = await send({ ...vote, ticket });
        forget(ticket);
        whenAnswered(ticket, answer);
      }
    } catch (error) {
      trouble = error.message;
    }
    sending = null;
    whenChanged(votes.size, trouble);
  }

  function flush() {
    if (!sending && votes.size) sending = sendAll();
    return sending || Promise.resolve();
  }

  recall();
  addEventListener("online", flush);
  setInterval(flush, 10000);

  return {
    flush,
    tickets: () => [...votes.keys()],
    add(ticket, vote) {
      keep(ticket, vote);
      if (trouble) whenChanged(votes.size, trouble);
      flush();
    },
    // True if the vote never left: then nobody needs to be told.
    async withdraw(ticket) {
      if (votes.has(ticket) && tried.has(ticket)) await flush();
      const isUnsent = votes.has(ticket) && !tried.has(ticket);
      if (isUnsent) forget(ticket);
      whenChanged(votes.size, trouble);
      return isUnsent;
    },
  };
}
