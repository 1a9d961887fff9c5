package io.windlass.engine.local.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The proxy's own answers: a status and a short reason, as text, or as JSON for who prefers it. */
final class Refusal extends ErrorHandler {

  /** When a client that was told 503 should come back, in seconds. */
  private static final long RETRY_AFTER = 1;

  static void write(
      Request request, Response response, Callback callback, int status, String reason) {
    response.setStatus(status);
    if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_AFTER);
    }
    boolean json = prefersJson(request);
    String body =
        json
            ? "{\"status\":%d,\"error\":\"%s\"}\n".formatted(status, escaped(reason))
            : reason + "\n";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    response
        .getHeaders()
        .put(HttpHeader.CONTENT_TYPE, json ? "application/json" : "text/plain;charset=utf-8")
        .put(HttpHeader.CACHE_CONTROL, "no-store")
        .put("X-Content-Type-Options", "nosniff")
        .put(HttpHeader.CONTENT_LENGTH, bytes.length);
    boolean head = request.getMethod().equals("HEAD");
    response.write(true, ByteBuffer.wrap(head ? new byte[0] : bytes), callback);
  }

  private static boolean prefersJson(Request request) {
    List<String> accepted = request.getHeaders().getQualityCSV(HttpHeader.ACCEPT);
    for (String type : accepted) {
      if (type.startsWith("application/json") || type.endsWith("+json")) {
        return true;
      }
      if (type.startsWith("text/")) {
        return false;
      }
    }
    return false;
  }

  /** A few words on a failure, without the classes' names. */
  static String reason(@Nullable Throwable failure) {
    if (failure == null) {
      return "unknown";
    }
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < ' ') {
        escaped.append("\\u%04x".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** For requests that Jetty refuses before they reach us: malformed, too large. */
  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    write(
        request, response, callback, code, message == null ? HttpStatus.getMessage(code) : message);
  }

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }
}
