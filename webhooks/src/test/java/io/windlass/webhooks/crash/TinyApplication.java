package io.windlass.webhooks.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/**
 * A repository that is through its pipeline within a few seconds: steps of the shell, one of which
 * takes a second, and an application of one class that is compiled already.
 */
final class TinyApplication {
  /** Its text is what the application answers. */
  static final String VERSION = "app/version";

  /** The version that the application refuses to start as. */
  static final String BROKEN = "broken";

  /**
   * What the text of a version begins with that is ready, and answers every request with an error.
   */
  static final String SICK = "sick";

  /** How releases replace each other, unless somebody says otherwise. */
  static final String ROLLING = "{ strategy: rolling, deadline: 3m }";

  /** {@link #GOOD} or not: the last step fails without it. */
  static final String VERDICT = "verdict";

  static final String GOOD = "good";
  static final String PIPELINE = "windlass.yaml";

  /** Each step begins by saying so, once. */
  static final String BEGIN = "begin of the step";

  /** What the processes of replicas have in their command line. */
  static final String MAIN = "TinyApp";

  private static final String SOURCE =
      """
      import com.sun.net.httpserver.HttpServer;
      import java.net.InetSocketAddress;
      import java.nio.charset.StandardCharsets;
      import java.nio.file.Files;
      import java.nio.file.Path;
      import java.util.concurrent.Executors;

      public class TinyApp {
        public static void main(String[] arguments) throws Exception {
          String version = Files.readString(Path.of("version")).strip();
          if (version.equals("broken")) {
            System.out.println("this version is broken");
            System.exit(3);
          }
          byte[] answer = version.getBytes(StandardCharsets.UTF_8);
          int port = Integer.parseInt(System.getenv("PORT"));
          HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
          server.createContext("/", exchange -> {
            boolean asked = exchange.getRequestURI().getPath().equals("/ready");
            int status = version.startsWith("sick") && !asked ? 500 : 200;
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
          });
          server.setExecutor(Executors.newCachedThreadPool());
          server.start();
        }
      }
      """;

  private TinyApplication() {}

  /** Writes the repository's files into {@code folder}. */
  static void write(Path folder) throws IOException {
    Path app = Files.createDirectories(folder.resolve("app"));
    Path source = Files.writeString(app.resolve(MAIN + ".java"), SOURCE);
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "--release", "17", "-d", app.toString(), source.toString());
    if (compiled != 0) {
      throw new IOException("Tried to compile the application but javac ended with " + compiled);
    }
    Files.delete(source);
    Files.writeString(folder.resolve(VERSION), "0");
    Files.writeString(folder.resolve(VERDICT), GOOD);
    Files.writeString(folder.resolve(PIPELINE), pipeline(2, ROLLING));
  }

  /** The pipeline's file with so many replicas at the least, and this {@code rollout:}. */
  static String pipeline(int replicas, String rollout) {
    return """
    concurrency: { cancel-superseded: true }
    steps:
      prepare:
        run: |
          echo "%1$s"
          test -f app/%2$s.class
        retries: 10
      sleep:
        run: |
          echo "%1$s"
          sleep 1
        retries: 10
      check:
        needs: [prepare, sleep]
        run: |
          echo "%1$s"
          grep -q good verdict
        retries: 10
    image:
      preset: files
      from: host
      files:
        - from: app
          to: /app/
      entrypoint: %3$s
      workdir: /app
    app:
      port: 8080
      health: { ready: /ready, interval: 1s, startup: 1m, drain: 10s }
      resources: { cpu: 50m, memory: 96Mi }
    environments:
      production:
        target: local
        when: { branch: main }
        rollout: %5$s
        routes:
          - path: /
        scale:
          min: %4$d
          max: 3
          policies:
            - cpu: 80%%
          scale-in: { hold: 3s, at-most: { replicas: 1, every: 3s } }
          scale-out: { at-most: { replicas: 1, every: 2s } }
    """
        .formatted(
            BEGIN,
            MAIN,
            List.of(
                "java",
                "-Xmx32m",
                "\"-XX:+UseSerialGC\"",
                "\"-XX:TieredStopAtLevel=1\"",
                "\"-Xshare:auto\"",
                "-cp",
                "\".\"",
                MAIN),
            replicas,
            rollout);
  }
}
