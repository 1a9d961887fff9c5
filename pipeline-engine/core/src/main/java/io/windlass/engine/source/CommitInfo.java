package io.windlass.engine.source;

import java.time.Instant;
import java.util.Optional;

/**
 * One commit of a push, for people to read. {@code summary} is the message's first line, at most
 * 200 characters.
 */
public record CommitInfo(String sha, String summary, String author, Optional<Instant> at) {}
