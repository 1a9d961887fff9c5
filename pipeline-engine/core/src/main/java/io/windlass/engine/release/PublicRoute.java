package io.windlass.engine.release;

import java.util.Optional;

/**
 * The public side of a process.
 *
 * @param host empty: any host
 * @param path prefix, {@code /} for everything
 * @param process the process that answers
 */
public record PublicRoute(Optional<String> host, String path, String process) {}
