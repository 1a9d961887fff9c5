package io.windlass.engine.local.proxy;

import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Gives each request to a replica. */
final class ReverseHandler extends ProxyHandler.Reverse {

  private static final String UPSTREAM = Upstream.class.getName();

  private final Supplier<RouteTable> routes;

  ReverseHandler(Supplier<RouteTable> routes) {
    super(ReverseHandler::address);
    this.routes = routes;
  }

  private static HttpURI address(Request request) {
    var address = ((Upstream) request.getAttribute(UPSTREAM)).address();
    return HttpURI.build(request.getHttpURI())
        .scheme("http")
        .authority(address.getHostString(), address.getPort());
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String host = String.valueOf(Request.getServerName(request)).toLowerCase(Locale.ROOT);
    var target = routes.get().find(host, request.getHttpURI().getCanonicalPath());
    if (target.isEmpty()) {
      Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      return true;
    }
    var upstream = target.get().acquire(Set.of(), System.nanoTime());
    if (upstream.isEmpty()) {
      Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
      return true;
    }
    Upstream chosen = upstream.get();
    chosen.counters().request();
    request.setAttribute(UPSTREAM, chosen);
    Request.addCompletionListener(request, failure -> chosen.giveBack());
    return super.handle(request, response, callback);
  }
}
