using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Routing;

/// <summary>Decides whether a request may do what it asks for, before anything of its body is read. Thread-safe.</summary>
internal interface IApiGuard
{
    /// <summary>Lets the request pass, or throws why not.</summary>
    /// <param name="context">The request; its body is not read yet.</param>
    /// <param name="operation">What it asks for.</param>
    /// <param name="names">The names of its path, unescaped but not looked at.</param>
    /// <returns>For <see cref="Review"/>.</returns>
    /// <exception cref="Protocol.ForewaveException">It may not.</exception>
    ValueTask<ApiPass> CheckAsync(HttpContext context, ApiOperation operation, IReadOnlyDictionary<string, string> names);

    /// <summary>Whether what let a request pass is as it was; else it is to be checked again. Free of locks; never throws.</summary>
    bool Review(ApiPass pass);

    /// <summary>Lets a request pass whose sender is somebody, whatever it may do; or throws why not.</summary>
    /// <exception cref="Protocol.ForewaveException">It is not.</exception>
    ValueTask CheckAsync(HttpContext context);
}
