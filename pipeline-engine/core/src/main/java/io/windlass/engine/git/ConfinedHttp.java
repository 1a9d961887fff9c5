package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URL;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;

/**
 * Connections to one configured host only, within a budget. JGit follows a redirect by opening
 * another connection here, so a redirect to anywhere else ends with the refusal, before a byte or a
 * token is sent.
 */
final class ConfinedHttp implements HttpConnectionFactory {
  private final CloneUrl url;
  private final Budget budget;
  private final AtomicLong received = new AtomicLong();

  ConfinedHttp(CloneUrl url, Budget budget) {
    this.url = url;
    this.budget = budget;
  }

  @Override
  public HttpConnection create(URL to) throws IOException {
    return create(to, Proxy.NO_PROXY);
  }

  @Override
  public HttpConnection create(URL to, Proxy proxy) throws IOException {
    int port = to.getPort() > 0 ? to.getPort() : to.getDefaultPort();
    boolean same =
        to.getHost().equalsIgnoreCase(url.host())
            && port == url.port()
            && to.getProtocol().toUpperCase(Locale.ROOT).equals(url.scheme().name());
    if (!same) {
      throw budget.over(
          Fault.SETUP,
          "it redirects to "
              + to.getProtocol()
              + "://"
              + to.getHost()
              + ":"
              + port
              + ", which is not the configured host");
    }
    return new Bounded(to, proxy);
  }

  private final class Bounded extends JDKHttpConnection {
    Bounded(URL to, Proxy proxy) throws IOException {
      super(to, proxy);
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return budget.bounded(super.getInputStream(), received);
    }
  }
}
