using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Server.Listeners;

/// <summary>
/// The certificate that both listeners show: PEM files, looked at every few seconds and taken up when they have changed, for connections
/// from then on. What cannot be used (half written, a key of another certificate) is logged once and the former one kept. Thread-safe;
/// disposal ends the looking, not the connections.
/// </summary>
internal sealed class TlsCertificate : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>How long a handshake may take.</summary>
    public static readonly TimeSpan HandshakeTime = Limits.HelloTimeout;

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private volatile SslStreamCertificateContext _shown;
    private string _seen;
    private int _isLooking;

    private TlsCertificate(ForewaveBrokerOptions options, ILogger logger)
    {
        (_certificateFile, _keyFile, _logger) = (options.TlsCertificate!, options.TlsKey!, logger);
        string certificates = File.ReadAllText(_certificateFile), key = File.ReadAllText(_keyFile);
        _shown = ContextOf((certificates, key));
        _seen = MarkOf((certificates, key));
        WarnOfReaders();
        _timer = options.TimeProvider.CreateTimer(static own => ((TlsCertificate)own!).Look(), this, Period, Period);
    }

    /// <summary>What a handshake that begins now offers: TLS 1.2 and 1.3.</summary>
    public SslServerAuthenticationOptions Options => new()
    {
        ServerCertificateContext = _shown, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, AllowRenegotiation = false,
    };

    /// <summary>Reads the files that the options name; null where they name none.</summary>
    /// <exception cref="ForewaveException"><c>CertificateUnusable</c>: they cannot be read, or do not belong together.</exception>
    public static TlsCertificate? Open(ForewaveBrokerOptions options, ILogger logger)
    {
        if (options.TlsCertificate is null)
            return null;
        try
        {
            return new TlsCertificate(options, logger);
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            throw new ForewaveException(ErrorCode.CertificateUnusable, $"{options.TlsCertificate}, {options.TlsKey}: {failure.Message.TrimEnd('.')}.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static bool IsUnusable(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private static SslStreamCertificateContext ContextOf((string Certificates, string Key) files)
    {
        X509Certificate2Collection chain = [];
        chain.ImportFromPem(files.Certificates);
        if (chain.Count == 0)
            throw new CryptographicException("the file has no certificate");
        var own = X509Certificate2.CreateFromPem(files.Certificates, files.Key);
        chain.RemoveAt(0);
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private static string MarkOf((string Certificates, string Key) files) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(files.Certificates + '\0' + files.Key)));

    private void Look()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
            return;
        try
        {
            string certificates = File.ReadAllText(_certificateFile), key = File.ReadAllText(_keyFile);
            string mark = MarkOf((certificates, key));
            if (mark == _seen)
                return;
            _seen = mark;
            _shown = ContextOf((certificates, key));
            ServerLog.CertificateTaken(_logger, _certificateFile);
            WarnOfReaders();
        }
        catch (Exception failure) when (IsUnusable(failure))
        {
            // While it is being replaced one of them may be away: that is no news, and is looked at again.
            if (failure is not FileNotFoundException)
                ServerLog.CertificateRefused(_logger, _certificateFile, failure);
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private void WarnOfReaders()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(_keyFile) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
            ServerLog.KeyIsOpen(_logger, _keyFile);
    }
}
