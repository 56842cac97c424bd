using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>An authority that lives for one test run, with certificates for the server (localhost) and for a client, as PEM files.</summary>
internal sealed class TestCertificates
{
    private readonly string _folder;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    private TestCertificates(string folder)
    {
        _folder = folder;
    }

    internal string Authority => Path.Combine(_folder, "authority.pem");

    /// <summary>An authority that has signed nothing.</summary>
    internal string OtherAuthority => Path.Combine(_folder, "other.pem");

    internal string Client => Path.Combine(_folder, "client.pem");

    internal string ClientKey => Path.Combine(_folder, "client-key.pem");

    internal string[] ServerOptions =>
        [$"--ssl-ca={Authority}", $"--ssl-cert={Path.Combine(_folder, "server.pem")}", $"--ssl-key={Path.Combine(_folder, "server-key.pem")}"];

    internal static TestCertificates WriteTo(DirectoryInfo folder)
    {
        var certificates = new TestCertificates(folder.FullName);
        using X509Certificate2 authority = certificates.Authorize("Test authority");
        using X509Certificate2 other = certificates.Authorize("Other authority");
        File.WriteAllText(certificates.Authority, authority.ExportCertificatePem());
        File.WriteAllText(certificates.OtherAuthority, other.ExportCertificatePem());
        certificates.Issue(authority, new CertificateName("server", "localhost"));
        certificates.Issue(authority, new CertificateName("client", "forewave"));
        return certificates;
    }

    private X509Certificate2 Authorize(string name)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(_now.AddDays(-1), _now.AddDays(2));
    }

    private void Issue(X509Certificate2 authority, CertificateName name)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = Request(name.Subject, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name.Subject);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(authority, _now.AddDays(-1), _now.AddDays(2), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(_folder, name.File + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, name.File + "-key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
