import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks a running service about everything that it promises; exit status 1 if it breaks one. */
public final class SelfTest {
  private static int failures;

  private SelfTest() {}

  public static void main(String[] arguments) throws Exception {
    try (var service = Service.start(0, "Hi");
        var client = HttpClient.newHttpClient()) {
      check(client, service, "/", 200, "Hi, version " + Version.NAME + "\n");
      check(client, service, "/ready", 200, "ready\n");
      check(client, service, "/live", 200, "live\n");
      check(client, service, "/work?ms=5", 200, "worked\n");
      check(client, service, "/bytes?n=70000", 200, "\0".repeat(70_000));
      check(client, service, "/bytes?n=0", 200, "");
      check(client, service, "/bytes?n=many", 200, "");
      check(client, service, "/nowhere", 404, "nothing here\n");
    }
    System.out.println(failures == 0 ? "All checks passed" : failures + " checks failed");
    System.exit(failures == 0 ? 0 : 1);
  }

  private static void check(
      HttpClient client, Service service, String path, int status, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path)).build();
    HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    boolean good = answer.statusCode() == status && answer.body().equals(body);
    System.out.println((good ? "ok      " : "FAILED  ") + path + " answers " + answer.statusCode());
    failures += good ? 0 : 1;
  }
}
