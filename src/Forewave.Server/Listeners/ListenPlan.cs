namespace Forewave.Server.Listeners;

/// <summary>Where the broker listens, if anywhere.</summary>
internal readonly record struct ListenPlan
{
    /// <summary>For frames.</summary>
    public ListenAddress? Listen { get; private init; }

    /// <summary>For HTTP.</summary>
    public ListenAddress? Http { get; private init; }

    /// <summary>Nothing listens: no host is needed.</summary>
    public bool IsEmpty => Listen is null && Http is null;

    /// <exception cref="ArgumentException">An address cannot be read, or other hosts would reach it.</exception>
    public static ListenPlan Of(ForewaveBrokerOptions options) => new()
    {
        Listen = Read(options.Listen, options.Insecure),
        Http = Read(options.Http, options.Insecure),
    };

    private static ListenAddress? Read(string? text, bool insecure)
    {
        if (text is null)
            return null;
        var address = ListenAddress.Parse(text);
        if (!address.IsLoopback && !insecure)
        {
            throw new ArgumentException(
                $"other hosts reach {text}, and this broker asks nobody for a password: listen at 127.0.0.1, or allow it (--insecure)",
                nameof(text));
        }
        return address;
    }
}
