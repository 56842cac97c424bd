using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Forewave.Integration.Tests.Security;

/// <summary>An authority, one between, and certificates of servers, made for a test.</summary>
internal sealed class TestCertificates
{
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _between;

    public TestCertificates()
    {
        _authority = Authorize("Test authority", null);
        _between = Authorize("Test authority between", _authority);
    }

    /// <summary>The authority, as PEM.</summary>
    public string Authority => _authority.ExportCertificatePem();

    /// <summary>Writes a certificate for a host, a name or an address, with what leads to the authority, and its key; gives its thumbprint.</summary>
    public string Write(string host, (string Certificate, string Key) files)
    {
        using var key = RSA.Create(2048);
        CertificateRequest request = new($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.Create(_between, _now.AddDays(-1), _now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(files.Certificate, $"{made.ExportCertificatePem()}\n{_between.ExportCertificatePem()}\n");
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(files.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return made.Thumbprint;
    }

    private X509Certificate2 Authorize(string name, X509Certificate2? signer)
    {
        var key = RSA.Create(2048);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return signer is null
            ? request.CreateSelfSigned(_now.AddDays(-2), _now.AddDays(2))
            : request.Create(signer, _now.AddDays(-2), _now.AddDays(2), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
    }
}
