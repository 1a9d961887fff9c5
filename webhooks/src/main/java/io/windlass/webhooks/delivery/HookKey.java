package io.windlass.webhooks.delivery;

import java.util.Optional;

/**
 * Where a request says it comes from, before anything of it is believed; it only chooses the secret
 * that the signature is checked with.
 *
 * @param path the repository named in the hook's address ({@code /hooks/github/acme/shop}), if any
 * @param hookId the header {@code X-GitHub-Hook-ID}
 * @param appId the App's id, where {@code X-GitHub-Hook-Installation-Target-Type} is {@code
 *     integration}
 */
public record HookKey(Optional<String> path, Optional<String> hookId, Optional<String> appId) {}
