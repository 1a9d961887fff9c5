package io.windlass.engine.local.protocol;

/** Why a request was not carried out. Sent with a 4xx or 5xx status. */
public record Failure(String error) {}
