package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8,     10.1.2.3,       true",
    "10.0.0.0/8,     11.0.0.1,       false",
    "192.168.4.0/22, 192.168.7.255,  true",
    "192.168.4.0/22, 192.168.8.0,    false",
    "127.0.0.1,      127.0.0.1,      true",
    "127.0.0.1,      127.0.0.2,      false",
    "0.0.0.0/0,      8.8.8.8,        true",
    "0.0.0.0/0,      ::1,            false",
    "fd00::/8,       fd12::1,        true",
    "fd00::/8,       fe80::1,        false",
  })
  void anAddressIsInsideOrNot(String range, String address, boolean inside) {
    assertThat(AddressRange.parse(range).contains(InetAddress.ofLiteral(address)))
        .isEqualTo(inside);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "example.com", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::/129"})
  void whatIsNoRangeIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddressRange.parse(text))
        .withMessageContaining("\"" + text + "\"");
  }
}
