package io.windlass.engine.journal;

import java.time.Instant;

/**
 * A subject that cannot be moved: its stored state cannot be read by this version, or its machine
 * threw an exception. Others go on. It keeps what it is told, and takes it in order at the next
 * start, or when {@link Journal#unpark} is called.
 */
public record Parked(Subject subject, Instant since, String reason, int waitingEvents) {}
