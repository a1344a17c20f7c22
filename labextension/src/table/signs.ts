/** The sign of each status, as tables and heads of runs have them (guild_ipy/domain/status.py). */
export const SIGNS: Readonly<Record<string, string>> = {
  completed: "✓",
  error: "✗",
  running: "●",
  terminated: "■",
  pending: "◌",
  staged: "◌",
  damaged: "✗",
};
