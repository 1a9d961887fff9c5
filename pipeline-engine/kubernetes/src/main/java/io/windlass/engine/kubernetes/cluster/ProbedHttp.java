package io.windlass.engine.kubernetes.cluster;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * The library's transport, with every WebSocket asked again and again whether its other end is
 * there: a watch whose connection is dead without having been closed, as after a failover of what
 * lies between, would else say nothing for many minutes, and a copy into a pod never end.
 */
final class ProbedHttp extends JdkHttpClientFactory {
  private final Duration every;

  /**
   * Makes one.
   *
   * @param every how often a socket is asked
   */
  ProbedHttp(Duration every) {
    this.every = every;
  }

  @Override
  protected HttpClient.Builder createNewHttpClientBuilder() {
    return new Building(super.createNewHttpClientBuilder());
  }

  private final class Building implements HttpClient.Builder {
    private final HttpClient.Builder builder;

    Building(HttpClient.Builder builder) {
      this.builder = builder;
    }

    @Override
    public HttpClient.Builder cookieHandler(CookieHandler handler) {
      builder.cookieHandler(handler);
      return this;
    }

    @Override
    public HttpClient.Builder connectTimeout(Duration timeout) {
      builder.connectTimeout(timeout);
      return this;
    }

    @Override
    public HttpClient.Builder sslContext(SSLContext context) {
      builder.sslContext(context);
      return this;
    }

    @Override
    public HttpClient.Builder sslParameters(SSLParameters parameters) {
      builder.sslParameters(parameters);
      return this;
    }

    @Override
    public HttpClient.Builder executor(Executor executor) {
      builder.executor(executor);
      return this;
    }

    @Override
    public HttpClient.Builder followRedirects(HttpClient.Redirect policy) {
      builder.followRedirects(policy);
      return this;
    }

    @Override
    public HttpClient.Builder version(HttpClient.Version version) {
      builder.version(version);
      return this;
    }

    @Override
    public HttpClient.Builder priority(int priority) {
      builder.priority(priority);
      return this;
    }

    @Override
    public HttpClient.Builder proxy(ProxySelector selector) {
      builder.proxy(selector);
      return this;
    }

    @Override
    public HttpClient.Builder authenticator(Authenticator authenticator) {
      builder.authenticator(authenticator);
      return this;
    }

    @Override
    public HttpClient.Builder localAddress(InetAddress address) {
      builder.localAddress(address);
      return this;
    }

    @Override
    public HttpClient build() {
      return new Client(builder.build());
    }
  }

  private final class Client extends HttpClient {
    private final HttpClient client;

    Client(HttpClient client) {
      this.client = client;
    }

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
      return new Opening(client.newWebSocketBuilder());
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
      return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
      return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
      return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
      return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
      return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
      return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
      return client.authenticator();
    }

    @Override
    public Version version() {
      return client.version();
    }

    @Override
    public Optional<Executor> executor() {
      return client.executor();
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
        throws IOException, InterruptedException {
      return client.send(request, body);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
        HttpRequest request, HttpResponse.BodyHandler<T> body) {
      return client.sendAsync(request, body);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
        HttpRequest request,
        HttpResponse.BodyHandler<T> body,
        HttpResponse.PushPromiseHandler<T> push) {
      return client.sendAsync(request, body, push);
    }

    @Override
    public void shutdown() {
      client.shutdown();
    }

    @Override
    public boolean awaitTermination(Duration atMost) throws InterruptedException {
      return client.awaitTermination(atMost);
    }

    @Override
    public boolean isTerminated() {
      return client.isTerminated();
    }

    @Override
    public void shutdownNow() {
      client.shutdownNow();
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private final class Opening implements WebSocket.Builder {
    private final WebSocket.Builder builder;

    Opening(WebSocket.Builder builder) {
      this.builder = builder;
    }

    @Override
    public WebSocket.Builder header(String name, String value) {
      builder.header(name, value);
      return this;
    }

    @Override
    public WebSocket.Builder connectTimeout(Duration timeout) {
      builder.connectTimeout(timeout);
      return this;
    }

    @Override
    public WebSocket.Builder subprotocols(String first, String... others) {
      builder.subprotocols(first, others);
      return this;
    }

    @Override
    public CompletableFuture<WebSocket> buildAsync(URI address, WebSocket.Listener listener) {
      return builder.buildAsync(address, new ProbedSocket(listener, every));
    }
  }
}
