package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A keeper as a process of its own: {@code KeeperMain SETTINGS.json}. Ends on SIGTERM and leaves
 * the replicas running.
 */
public final class KeeperMain {
  private KeeperMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length != 1) {
      System.err.println("Tried to start the keeper without its settings; give their file");
      System.exit(2);
    }
    try {
      KeeperSettings settings =
          Json.read(Files.readAllBytes(Path.of(arguments[0])), KeeperSettings.class);
      run(settings);
    } catch (KeeperException | IOException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  /** Keeps until the process is told to end. */
  public static void run(KeeperSettings settings) throws KeeperException, InterruptedException {
    Keeper keeper = Keeper.start(settings);
    CountDownLatch told = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  keeper.close();
                  told.countDown();
                },
                "keeper-end"));
    told.await();
  }
}
