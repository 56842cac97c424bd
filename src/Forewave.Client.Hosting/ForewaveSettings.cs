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

    internal ForewaveClientOptions ToOptions()
    {
        ForewaveClientOptions plain = new();
        return plain with
        {
            Server = Server ?? plain.Server,
            Name = Name ?? plain.Name,
            ConnectTimeout = ConnectTimeout ?? plain.ConnectTimeout,
            RequestTimeout = RequestTimeout ?? plain.RequestTimeout,
        };
    }
}
