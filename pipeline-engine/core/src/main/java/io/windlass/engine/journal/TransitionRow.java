package io.windlass.engine.journal;

import java.time.Instant;

/**
 * One line of a subject's timeline.
 *
 * @param sequence counts the subject's transitions from 1
 * @param event the simple name of the event's class
 * @param eventJson the event as it was stored
 * @param state the simple name of the class of the state that followed
 */
public record TransitionRow(
    Subject subject,
    long sequence,
    Instant at,
    String event,
    String eventJson,
    String state,
    String dedupKey) {}
