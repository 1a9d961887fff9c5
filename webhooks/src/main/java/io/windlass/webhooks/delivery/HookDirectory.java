package io.windlass.webhooks.delivery;

import java.util.Map;
import java.util.Optional;

/**
 * Which hooks are known, each with its secret and with what it may speak for. Immutable; a reload
 * of the settings makes a new one.
 *
 * @param byPath by a repository's full name in lower case, for addresses of a repository's own
 * @param byHookId by GitHub's id of the hook
 * @param byAppId by GitHub's id of the App
 */
public record HookDirectory(
    Map<String, Hook> byPath, Map<String, Hook> byHookId, Map<String, Hook> byAppId) {
  /**
   * A known hook.
   *
   * @param secret what it signs with
   * @param scope what it may speak for
   */
  public record Hook(WebhookSecret secret, Scope scope) {}

  /**
   * What a hook may speak for; a delivery about anything else is refused like a wrong signature.
   */
  public sealed interface Scope {
    /** Whether a delivery about {@code repository} ("acme/shop") is within it. */
    boolean covers(String repository);

    /** One repository. */
    record Repository(String name) implements Scope {
      @Override
      public boolean covers(String repository) {
        return name.equalsIgnoreCase(repository);
      }
    }

    /** All repositories of an organisation. */
    record Organization(String login) implements Scope {
      @Override
      public boolean covers(String repository) {
        return repository.regionMatches(true, 0, login + "/", 0, login.length() + 1);
      }
    }

    /** Whatever the App is installed on. */
    record App(String id) implements Scope {
      @Override
      public boolean covers(String repository) {
        return true;
      }
    }
  }

  public HookDirectory {
    byPath = Map.copyOf(byPath);
    byHookId = Map.copyOf(byHookId);
    byAppId = Map.copyOf(byAppId);
  }

  /** A directory that knows no hook, so that every delivery is refused. */
  public static HookDirectory empty() {
    return new HookDirectory(Map.of(), Map.of(), Map.of());
  }

  /** The hook that {@code key} names. An address of a repository's own wins over the headers. */
  public Optional<Hook> find(HookKey key) {
    if (key.path().isPresent()) {
      return key.path().map(p -> byPath.get(p.toLowerCase(java.util.Locale.ROOT)));
    }
    Optional<Hook> hook = key.hookId().map(byHookId::get);
    return hook.isPresent() ? hook : key.appId().map(byAppId::get);
  }
}
