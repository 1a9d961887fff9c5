import java.io.IOException;

/** Starts the service on {@code PORT} and stops it gracefully when it is told to. */
public final class Main {
  private static final int USUAL_PORT = 8080;

  private Main() {}

  public static void main(String[] arguments) throws IOException {
    if (Version.NAME.equals("broken")) {
      // A release that cannot start, to see a rollout return by itself.
      System.err.println("Version \"" + Version.NAME + "\" refuses to start.");
      System.exit(1);
    }
    String port = System.getenv("PORT");
    var service =
        Service.start(
            port == null ? USUAL_PORT : Integer.parseInt(port),
            System.getenv().getOrDefault("GREETING", "Hello"));
    System.out.println("Version " + Version.NAME + " listens on port " + service.port());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  System.out.println("Version " + Version.NAME + " finishes its requests and stops");
                  service.close();
                }));
  }
}
