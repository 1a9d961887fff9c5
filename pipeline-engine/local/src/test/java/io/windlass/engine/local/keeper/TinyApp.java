package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.protocol.Root;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** A real program that serves HTTP at PORT, compiled once into a directory as an image would be. */
final class TinyApp {
  private static final String SOURCE =
      """
      import com.sun.net.httpserver.HttpServer;
      import java.io.File;
      import java.net.InetSocketAddress;
      import java.net.Socket;
      import java.util.concurrent.Executors;
      public class App {
        public static void main(String[] a) throws Exception {
          System.out.println("app " + System.getenv("VERSION") + " token " + System.getenv("TOKEN"));
          if ("crash".equals(System.getenv("MODE"))) {
            System.err.println("cannot find the answer to everything");
            System.exit(3);
          }
          File broken = new File("broken-" + System.getenv("VERSION"));
          File alone = new File("broken-" + System.getenv("WINDLASS_REPLICA"));
          Thread.ofPlatform().daemon().start(() -> {
            while (!broken.exists() && !alone.exists()) {
              try { Thread.sleep(20); } catch (InterruptedException e) { }
            }
            System.err.println("broken from now on");
            System.exit(4);
          });
          int port = Integer.parseInt(System.getenv("PORT"));
          HttpServer s = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 200);
          s.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
          s.createContext("/ready", x -> {
            boolean unready = "unready".equals(System.getenv("MODE"))
                || new File("unready-" + System.getenv("VERSION")).exists();
            x.sendResponseHeaders(unready ? 503 : 200, -1); x.close(); });
          s.createContext("/call/", x -> {
            String[] to = x.getRequestURI().getPath().split("/", -1);
            int code = 200;
            try (Socket c = new Socket()) {
              c.connect(new InetSocketAddress(to[2], Integer.parseInt(to[3])), 5000);
            } catch (java.io.IOException e) {
              code = 502;
            }
            x.sendResponseHeaders(code, -1); x.close(); });
          s.createContext("/say/", x -> {
            String[] say = x.getRequestURI().getPath().split("/");
            for (int i = 1; i <= Integer.parseInt(say[2]); i++) {
              System.out.println(say[3] + " " + i + " " + ".".repeat(80));
            }
            x.sendResponseHeaders(200, -1); x.close(); });
          s.createContext("/fails", x -> { x.sendResponseHeaders(500, -1); x.close(); });
          s.createContext("/", x -> {
            byte[] b = String.valueOf(System.getenv("VERSION")).getBytes();
            if (x.getRequestURI().getPath().equals("/slow")) {
              try { Thread.sleep(700); } catch (InterruptedException e) { }
            }
            x.sendResponseHeaders(200, b.length); x.getResponseBody().write(b); x.close(); });
          s.start();
        }
      }
      """;

  private TinyApp() {}

  /** Its files below {@code directory}, which strangers may pass through. */
  static Root in(Path directory) throws IOException {
    Path app = Files.createDirectories(directory.resolve("app"));
    Path source = Files.writeString(directory.resolve("App.java"), SOURCE);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", app.toString(), source.toString());
    assertThat(result).isZero();
    return new Root.Directory(directory.toAbsolutePath().toString());
  }

  /**
   * Has every replica of this version, or the one with this id, end with an error, those that run
   * and those to come.
   */
  static void breakDown(Path app, String versionOrReplica) throws IOException {
    Files.createFile(app.resolve("broken-" + versionOrReplica));
  }

  static List<String> command() {
    return List.of(
        "java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", ".", "App");
  }
}
