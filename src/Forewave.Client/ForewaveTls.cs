using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Forewave.Protocol;

namespace Forewave.Client;

/// <summary>
/// TLS towards brokers, 1.2 or later. The broker's certificate must lead to an authority that is trusted, and have the name or the
/// address by which the broker is reached; there is no way to leave that out. Immutable.
/// </summary>
public sealed record ForewaveTls
{
    /// <summary>
    /// A PEM file with the authorities that may sign brokers' certificates, and nobody else may; read for each connection. Default: null,
    /// those of the operating system.
    /// </summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The name that certificates must have, whatever the address. Default: null, the host of the address, a name or an IP address.</summary>
    public string? HostName { get; init; }

    /// <exception cref="ForewaveException"><c>TlsFailed</c>: the file cannot be used.</exception>
    internal SslClientAuthenticationOptions OptionsFor(EndPoint place)
    {
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = HostName ?? HostOf(place),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (AuthorityFile is { } file)
        {
            options.CertificateChainPolicy = PolicyOf(file);
        }

        return options;
    }

    private static X509ChainPolicy PolicyOf(string file)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ForewaveException(ErrorCode.TlsFailed, $"The authorities' file cannot be read: {failure.Message.TrimEnd('.')}.", failure);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw new ForewaveException(ErrorCode.TlsFailed, $"{file} has no certificate.");
    }

    private static string HostOf(EndPoint place) => place switch
    {
        DnsEndPoint name => name.Host,
        IPEndPoint address => address.Address.ToString(),
        _ => "",
    };
}
