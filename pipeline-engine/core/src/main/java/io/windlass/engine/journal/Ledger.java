package io.windlass.engine.journal;

/** The journal's tables. Each of their methods works in the transaction that it is given. */
record Ledger(SubjectTable subjects, EffectTable effects, TimerTable timers, ParkedTable parked) {
  /**
   * The tables of one journal.
   *
   * @param journal its own name, see {@link EffectId#journal}
   */
  static Ledger of(String journal) {
    return new Ledger(
        new SubjectTable(), new EffectTable(journal), new TimerTable(), new ParkedTable());
  }
}
