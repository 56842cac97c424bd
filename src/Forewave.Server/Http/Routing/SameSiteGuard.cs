using System.Net;
using Forewave.Protocol;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Routing;

/// <summary>
/// Pages that somebody's browser shows are not trusted: one of another site could send requests here without his knowledge, with the
/// name and password that the browser remembers, or give its own host name this address. Browsers say where a request comes from, other
/// programs do not. Thread-safe.
/// </summary>
internal sealed class SameSiteGuard(bool checksHost)
{
    /// <summary>Lets the request pass, or throws why not.</summary>
    /// <exception cref="ForewaveException"><c>CrossSiteRefused</c>.</exception>
    public void Check(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (checksHost && !IsThisHost(context.Request.Host.Host))
            throw new ForewaveException(ErrorCode.CrossSiteRefused, "The Host of the request is neither an address nor localhost.");
        string? site = headers["Sec-Fetch-Site"];
        if (site is not (null or "same-origin" or "none"))
            throw new ForewaveException(ErrorCode.CrossSiteRefused);
        string? origin = headers.Origin;
        if (origin is not null && !IsOwn(origin, context.Request.Host))
            throw new ForewaveException(ErrorCode.CrossSiteRefused);
    }

    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, host.Value, StringComparison.OrdinalIgnoreCase);

    // A name that is not an address could be anybody's, with this address behind it.
    private static bool IsThisHost(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);
}
