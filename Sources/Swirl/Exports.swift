@_exported public import SwirlCore
@_exported public import SwirlEpoll
@_exported public import SwirlFiles
@_exported public import SwirlPoll
@_exported public import SwirlSockets
@_exported public import SwirlURing
