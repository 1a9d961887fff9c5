package io.windlass.engine.journal;

/** What became of an event that was told. In each case it is on the disk. */
public enum TellResult {
  /** The subject took the event. */
  APPLIED,
  /** The subject has heard this key before; nothing changed. */
  DUPLICATE,
  /**
   * The subject cannot be moved at the moment (see {@link Parked}); it keeps the event and takes it
   * when it can be moved again.
   */
  PARKED
}
