package io.windlass.engine.kubernetes.part;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Writes down what a client asks of an API server, in the words of its roles: {@code patch
 * apps/deployments}, {@code get pods/log}. Thread-safe.
 */
public final class Calls implements Interceptor {
  private static final String CORE = "";

  private final Collection<String> made = new ConcurrentSkipListSet<>();

  /** What was asked for until now, but for what the cluster has and is. */
  public SortedSet<String> made() {
    return new TreeSet<>(made);
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    call(request.method(), request.uri()).ifPresent(made::add);
  }

  /** An apply that makes the object needs the right to create it as well. */
  @Override
  public void after(
      HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> body) {
    if (request.method().equals("PATCH") && response.code() == 201) {
      call("POST", request.uri()).ifPresent(made::add);
    }
  }

  static Optional<String> call(String method, URI uri) {
    List<String> path = new ArrayList<>(Arrays.asList(uri.getPath().substring(1).split("/")));
    boolean core = path.removeFirst().equals("api");
    // Beside the group: the version.
    int head = core ? 1 : 2;
    if (path.size() <= head) {
      return Optional.empty();
    }
    String group = core ? CORE : path.getFirst();
    path.subList(0, head).clear();
    if (path.size() > 2 && path.getFirst().equals("namespaces")) {
      path.subList(0, 2).clear();
    }
    String resource = path.getFirst();
    boolean named = path.size() > 1;
    String sub = path.size() > 2 ? "/" + path.get(2) : "";
    boolean watch = String.valueOf(uri.getQuery()).contains("watch=true");
    String verb =
        switch (method) {
          case "GET" -> watch ? "watch" : named ? "get" : "list";
          case "POST" -> "create";
          case "PUT" -> "update";
          case "PATCH" -> "patch";
          case "DELETE" -> named ? "delete" : "deletecollection";
          default -> throw new AssertionError(method);
        };
    return Optional.of(rule(verb, group, resource + sub));
  }

  /** One right of a role, in the same words. */
  public static String rule(String verb, String group, String resource) {
    return verb + " " + (group.isEmpty() ? "" : group + "/") + resource;
  }
}
