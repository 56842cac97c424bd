using System.Net;
using Forewave.Protocol;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Routing;

/// <summary>
/// As long as nobody is asked who he is, everybody on this host is trusted, but not the pages that his browser shows: a page of
/// another site could send requests here without his knowledge, or give its own host name this address. Browsers say where a
/// request comes from, other programs do not. Thread-safe.
/// </summary>
internal sealed class SameSiteGuard(bool checksHost) : IApiGuard
{
    /// <inheritdoc/>
    public void Check(HttpContext context, ApiOperation operation, IReadOnlyDictionary<string, string> names)
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
