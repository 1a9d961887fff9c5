package io.windlass.webhooks.server;

import io.windlass.webhooks.delivery.HookDirectory;
import io.windlass.webhooks.delivery.HookDirectory.Hook;
import io.windlass.webhooks.delivery.HookDirectory.Scope;
import io.windlass.webhooks.delivery.WebhookSecret;
import io.windlass.webhooks.settings.Settings;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The hooks that the server's file knows. */
final class Hooks {
  private Hooks() {}

  static HookDirectory of(Settings settings) {
    Map<String, Hook> byPath = new HashMap<>();
    Map<String, Hook> byHookId = new HashMap<>();
    Map<String, Hook> byAppId = new HashMap<>();
    settings
        .repositories()
        .forEach((name, repository) ->
            repository
                .hook()
                .ifPresent(secret -> {
                  Hook hook = new Hook(secret(secret), new Scope.Repository(name.toString()));
                  byPath.put(name.toString().toLowerCase(Locale.ROOT), hook);
                  repository.hookIds().forEach(id -> byHookId.put(id, hook));
                }));
    settings
        .organizations()
        .forEach((login, organization) -> {
          Hook hook = new Hook(secret(organization.hook()), new Scope.Organization(login));
          organization.hookIds().forEach(id -> byHookId.put(id, hook));
        });
    settings
        .github()
        .app()
        .ifPresent(app ->
            app.webhook()
                .ifPresent(secret -> {
                  String id = Long.toString(app.id());
                  byAppId.put(id, new Hook(secret(secret), new Scope.App(id)));
                }));
    return new HookDirectory(byPath, byHookId, byAppId);
  }

  private static WebhookSecret secret(Settings.HookSecret secret) {
    return WebhookSecret.of(
        secret.current().reveal(), secret.previous().map(previous -> previous.reveal()));
  }
}
