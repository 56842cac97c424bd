namespace Forewave.Client.Hosting;

/// <summary>
/// What an application's configuration says of Forewave, in the section <c>Forewave</c>; what it does not say has the defaults of
/// <see cref="ForewaveClientOptions"/>. Read once, when the host starts.
/// </summary>
public sealed class ForewaveSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Forewave";

    /// <inheritdoc cref="ForewaveClientOptions.Server"/>
    public string? Server { get; set; }

    /// <inheritdoc cref="ForewaveClientOptions.Name"/>
    public string? Name { get; set; }

    /// <inheritdoc cref="ForewaveClientOptions.ConnectTimeout"/>
    public TimeSpan? ConnectTimeout { get; set; }

    /// <inheritdoc cref="ForewaveClientOptions.RequestTimeout"/>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>TLS towards the brokers. Default: no.</summary>
    public bool Tls { get; set; }

    /// <summary>A PEM file with the authorities that may sign the brokers' certificates; TLS then. Default: those of the operating system.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>Who the application is, with <see cref="Password"/> or <see cref="PasswordFile"/>.</summary>
    public string? User { get; set; }

    /// <summary>The user's password: from a store of secrets, not from a file that is checked in.</summary>
    public string? Password { get; set; }

    /// <summary>A file with the user's password in its first line, read anew for each connection.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>A token, in place of user and password.</summary>
    public string? Token { get; set; }

    /// <summary>A file with a token in its first line, read anew for each connection.</summary>
    public string? TokenFile { get; set; }

    internal ForewaveCredentials? ToCredentials() => ForewaveCredentials.From(variable => variable switch
    {
        "FOREWAVE_USER" => User,
        "FOREWAVE_PASSWORD" => Password,
        "FOREWAVE_PASSWORD_FILE" => PasswordFile,
        "FOREWAVE_TOKEN" => Token,
        _ => TokenFile,
    });

    internal ForewaveClientOptions ToOptions()
    {
        ForewaveClientOptions plain = new();
        return plain with
        {
            Server = Server ?? plain.Server,
            Name = Name ?? plain.Name,
            ConnectTimeout = ConnectTimeout ?? plain.ConnectTimeout,
            Credentials = ToCredentials(),
            Tls = Tls || AuthorityFile is not null ? new ForewaveTls { AuthorityFile = AuthorityFile } : null,
            RequestTimeout = RequestTimeout ?? plain.RequestTimeout,
        };
    }
}
