package io.windlass.engine.journal;

/**
 * An event for another subject, applied in the same transaction as the transition that says it.
 *
 * @param to who should hear it
 * @param event an event of that subject's machine
 * @param dedupKey the event is applied once under this key, for each subject
 */
public record Tell(Subject to, Object event, String dedupKey) {}
