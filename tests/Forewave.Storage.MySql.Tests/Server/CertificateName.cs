namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>Which file a certificate goes into, and for whom it is.</summary>
internal readonly record struct CertificateName(string File, string Subject);
