namespace Forewave.Protocol.Errors;

/// <summary>Errors 8xx: requests that HTTP does not take. None of them reaches a queue.</summary>
internal static class HttpErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.RequestInvalid, HttpStatus = 400,
            Happened = "The HTTP request cannot be understood.",
            Advice = "Correct what the text names; /openapi.json describes every request.",
        },
        new()
        {
            Code = ErrorCode.PathNotFound, HttpStatus = 404,
            Happened = "There is nothing under this path.",
            Advice = "Look at /openapi.json for the paths that there are.",
        },
        new()
        {
            Code = ErrorCode.MethodNotAllowed, HttpStatus = 405,
            Happened = "This path is not for this method.",
            Advice = "Use a method that the header Allow lists.",
        },
        new()
        {
            Code = ErrorCode.ContentTypeUnsupported, HttpStatus = 415,
            Happened = "The body's content type is not the one that this path takes.",
            Advice = "Send application/json.",
        },
        new()
        {
            Code = ErrorCode.BodyTooLarge, HttpStatus = 413,
            Happened = "The body of the request is longer than it may be.",
            Advice = "Send less in one request; docs/limits.md has the bounds.",
        },
        new()
        {
            Code = ErrorCode.RequestTooSlow, HttpStatus = 408, Retry = RetryAdvice.Same,
            Happened = "The request's head or body came too slowly.",
            Advice = "Send it at once; look at the network between.",
        },
        new()
        {
            Code = ErrorCode.CrossSiteRefused, HttpStatus = 403,
            Happened = "A browser made the request for a page of another site, or under a host name that is not this broker's.",
            Advice = "Use the broker's own address, or a proxy that sets Host; pages of other sites have no access.",
        },
        new()
        {
            Code = ErrorCode.HttpApiOff, HttpStatus = 503,
            Happened = "The HTTP API is switched off at present; health and metrics are there.",
            Advice = "Use an SDK or the command line; an operator switches it on again: forewave config unset httpApi.",
        },
    ];
}
