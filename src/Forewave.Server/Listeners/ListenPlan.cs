using System.Net.Sockets;
using Forewave.Protocol;

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

    /// <summary>An address that other hosts reach; null: there is none.</summary>
    public string? OpenTo => Listen is { IsLoopback: false } listen ? listen.EndPoint.ToString() : Http is { IsLoopback: false } http ? http.EndPoint.ToString() : null;

    /// <exception cref="ArgumentException">
    /// An address cannot be read, or other hosts would reach it where nobody is asked who it is; the message names the setting.
    /// </exception>
    public static ListenPlan Of(ForewaveBrokerOptions options)
    {
        ListenPlan plan = new()
        {
            Listen = Read(options.Listen, options.Insecure || options.Users, "listen"),
            Http = Read(options.Http, options.Insecure || options.Users, "http"),
        };
        return plan.Listen is not { EndPoint.Port: > 0 } listen || listen != plan.Http
            ? plan
            : throw new ArgumentException($"listen and http: both are {options.Listen}, give each an address of its own", nameof(options));
    }

    /// <summary>
    /// Looks whether the addresses are free, before a data folder is opened for a broker that nobody could reach: what is started
    /// over and over with a taken address leaves no trace in it.
    /// </summary>
    /// <exception cref="ForewaveException">One is not.</exception>
    public void CheckFree()
    {
        CheckFree(Listen, "listen");
        CheckFree(Http, "http");
    }

    private static void CheckFree(ListenAddress? address, string setting)
    {
        try
        {
            address?.CheckFree();
        }
        catch (SocketException refusal)
        {
            throw new ForewaveException(
                ErrorCode.AddressUnusable, $"{setting}: nobody can listen at {address!.Value.EndPoint}: {refusal.Message}.", refusal);
        }
    }

    /// <summary>Refuses to be reached by others when there is nobody to be asked for.</summary>
    /// <exception cref="ForewaveException"><c>UsersMissing</c>.</exception>
    public void CheckUsers(bool asksUsers, ForewaveBrokerOptions options)
    {
        if (OpenTo is { } open && !asksUsers && !options.Insecure)
        {
            throw new ForewaveException(
                ErrorCode.UsersMissing, $"Other hosts reach {open}, and the broker has no users to tell who may. Listen at 127.0.0.1 to make the first one.");
        }
    }

    private static ListenAddress? Read(string? text, bool mayBeOpen, string setting)
    {
        if (text is null)
            return null;
        try
        {
            var address = ListenAddress.Parse(text);
            return address.IsLoopback || mayBeOpen
                ? address
                : throw new FormatException($"other hosts reach {text}, and users: false asks nobody who it is: listen at 127.0.0.1, or allow it (--insecure)");
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException($"{setting}: {wrong.Message}", wrong);
        }
    }
}
