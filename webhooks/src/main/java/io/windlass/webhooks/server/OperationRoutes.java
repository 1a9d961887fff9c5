package io.windlass.webhooks.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.webhooks.api.Message;
import io.windlass.webhooks.api.Problem;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What operators ask of the server itself: its state, and to read its file again. */
final class OperationRoutes {
  /** Reads the server's file again. */
  interface Reload {
    void reload() throws IOException;
  }

  private final Reload reload;
  private final Optional<KeeperClient> keeper;

  OperationRoutes(Reload reload, Optional<KeeperClient> keeper) {
    this.reload = reload;
    this.keeper = keeper;
  }

  void add(RoutesConfig routes) {
    routes.get("/api/v1/status", this::status);
    routes.post("/api/v1/settings/reload", this::reload);
  }

  private void status(Context context) throws InterruptedException {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("java", Runtime.version().toString());
    if (keeper.isPresent()) {
      try {
        status.put("keeper", keeper.get().status());
      } catch (KeeperException e) {
        status.put("keeperProblem", String.valueOf(e.getMessage()));
      }
    }
    context.json(status);
  }

  private void reload(Context context) {
    try {
      reload.reload();
      context.json(new Message("The server's file was read again."));
    } catch (IOException e) {
      throw Problem.conflict(String.valueOf(e.getMessage()));
    }
  }
}
